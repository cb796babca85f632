/**
 * A program that tests need: how to find it and how to get it. It is looked for in this order: the environment variable,
 * a program on this machine, the machine's package clients, a container engine (the last two are `sources`). To add
 * one, declare it beside the others and list it in `declarations.ts`.
 */
export interface ProgramDeclaration {
  readonly name: string
  /** For people: `PostgreSQL 15`. */
  readonly title: string
  /** The environment variable that names somebody else's: a server's URL, or the program's path. */
  readonly variable: string
  /** Where it is on this machine, if it is. */
  find(): Promise<string | undefined>
  /** Ways to get it, the first usable one is taken. */
  readonly sources: readonly Source[]
}

/** A kind of server that tests run against and may share. */
export interface ServerDeclaration extends ProgramDeclaration {
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
