/** Whether a line of a text file holds the digits of a message: blank lines and comments do not. */
export const isHexLine = (line: string): boolean => line.trim() !== '' && !line.startsWith('#');
