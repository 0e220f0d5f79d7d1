// The mark that every tool of ours carries in its environment, and its children inherit: whose it is, after a crash too.

/** Which installation, which process of it. Two controllers on one engine have two installations. */
export interface Mark {
  readonly installation: string
  readonly instance: string
}

export const variable = "DBBACKUP_EXEC"

export const assignment = ({ installation, instance }: Mark) => `${variable}=${installation}/${instance}`
