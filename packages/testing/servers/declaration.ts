/**
 * A kind of server that tests run against: how to find it, get it and run it. It is looked for in this order: the
 * environment variable with its URL, a program on this machine, the machine's package clients, a container engine
 * (the last two are `sources`). To add a server, declare it beside the others and list it in `declarations.ts`.
 */
export interface ServerDeclaration {
  readonly name: string
  /** For people: `PostgreSQL 15`. */
  readonly title: string
  /** The environment variable with the URL of one that somebody else runs. */
  readonly variable: string
  /** Where its program is on this machine, if it is. */
  find(): Promise<string | undefined>
  /** Ways to get it, the first usable one is taken. */
  readonly sources: readonly Source[]
  /**
   * Starts a private instance on a free port, as an ordinary user, with its data below `folder`, and waits until it is
   * ready. It must end when this process does, however that ends.
   */
  start(program: string, folder: string, settings: Settings): Promise<RunningServer>
}

export type Settings = Readonly<Record<string, string | number>>

export interface Source {
  /** What a person types to get it. */
  readonly command: string
  /** Whether this machine has the means and this user the right. */
  isUsable(): Promise<boolean>
  /** Gets it. Nothing may be started by that. */
  get(): Promise<void>
}

export interface RunningServer {
  /** With an administrator's name and password. */
  readonly url: string
  /** Stops it and removes its data. */
  stop(): Promise<void>
  /** Kills it as a power cut would, and removes its data. */
  kill(): Promise<void>
}
