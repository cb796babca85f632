import { existsSync } from 'node:fs'

/** Reads `.env` of the current folder, if there is one; what the environment says already, it keeps. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}
