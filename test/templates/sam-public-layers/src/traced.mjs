export const handler = async () => 'not traced';
