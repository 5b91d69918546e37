export const greeting = async () => 'Hello';
export const farewell = async () => 'Goodbye';
