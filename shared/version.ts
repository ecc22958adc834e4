/** The product's version, as `/health` and both sockets tell it. */
export const droverVersion = '0.1.0'
