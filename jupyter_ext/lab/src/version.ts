/** The version of this front end; a server of another one is told of. */
export const VERSION = '0.1.0';
