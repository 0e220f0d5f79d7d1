// The mark that every tool of ours carries in its environment, and its children inherit: whose it is, after a crash too.

/** Which installation, which process of it. Two controllers on one engine have two installations. */
export interface Mark {
  readonly installation: string
  readonly instance: string
}

export const variable = "DBBACKUP_EXEC"

export const assignment = ({ installation, instance }: Mark) => `${variable}=${installation}/${instance}`

/** Labels of a helper container. The first keeps every controller, of whatever label prefix, from taking it for a server. */
export const helperLabel = "dbbackup.internal"
export const installationLabel = "dbbackup.installation"
export const instanceLabel = "dbbackup.instance"

/** Beside them, of a throw-away server: its volumes are its own, and go with it. */
export const scratchLabel = "dbbackup.scratch"

export const helperLabels = ({ installation, instance }: Mark): Record<string, string> => ({
  [helperLabel]: "true",
  [installationLabel]: installation,
  [instanceLabel]: instance,
})
