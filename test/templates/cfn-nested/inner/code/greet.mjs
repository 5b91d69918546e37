const { WHICH, TEXT, COUNT, JSON: json } = process.env;

export const handler = async () => ({ WHICH, TEXT, COUNT, json: JSON.parse(json) });
