import type { Connection } from './connection.ts'

/** In whose name a client calls: `apiKey`, `session`, or what you write. */
export interface Auth {
  /**
   * The token to send as `Authorization: Bearer`; undefined sends none.
   *
   * @param rejected the token that the server has just refused; if there is no other, give it again
   */
  token(connection: Connection, rejected?: string): string | undefined | Promise<string | undefined>
}

/** @param key `rhk_…`, or an operator's `rho_…` */
export const apiKey = (key: string): Auth => ({ token: () => key })

/** For what is open to anybody: signing up and in. */
export const nobody: Auth = { token: () => undefined }
