// What `dbbackup --help` says.

export const usage = `Usage: dbbackup COMMAND

  serve                              run the controller
  servers                            every server and database, with what is wrong
  servers --why [SERVER]             of each: backed up by which job, next when, each value with where it comes
                                     from; or why not, with labels to paste
  servers --json [SERVER]            the same for programs
  discover                           look at every container and into every server now
  backup SERVER[/DATABASE]           back up now, and wait
  backups [--database SERVER/DATABASE] [--status STATUS] [--limit N]
                                     list backups, newest first
  accept BACKUP                      say that a suspect backup is right: it is good from now on
  confirm-prune SERVER/DATABASE [--yes]
                                     let retention delete what it holds back, because it is much at once
  restore BACKUP|SERVER/DATABASE --as NAME [--dry-run] [--yes] [--identity FILE]
                                     restore into a new database beside the old one
  verify BACKUP|SERVER/DATABASE [--level checksum|read|drill] [--destination NAME] [--wait] [--identity FILE]
                                     read its copies again; read: by the engine's own tool. Exit code 1 when one is bad
  rebuild --from DESTINATION         list again what stands there: on a new machine, or when the catalogue is lost
  schedules                          every job: when it runs next, or who paused it
  pause SERVER[:JOB] | --all         start no scheduled run, until resumed; backups asked for still run
  resume SERVER[:JOB] | --all        let schedules start runs again, whatever the label says; --all takes
                                     pause --all back
  follow-label SERVER[:JOB]          take pause or resume of a job back: its label decides
  runs [--server SERVER] [--limit N] every run, newest first, with its tries
  cancel RUN                         end a run that waits or runs, or the next try of one that failed
  lint COMPOSE_FILE                  check the labels of a compose file; exit code 1 for mistakes, not for notes
  key generate NAME [--out FILE]     make an encryption key, for the label encrypt
  key list | show NAME               the keys in the settings, and whether backups for them open here
  key escrow NAME [--out FILE] [--identity FILE] [--passphrase-file FILE]
                                     the identity under a passphrase, to print or to keep elsewhere
  rotate-key                         seal the secrets of the catalogue with ENCRYPTION_KEY, which ENCRYPTION_KEY_OLD
                                     opens until now; run it where the controller's data folder is
  healthcheck                        exit 0 when the controller is ready

Options:
  --url URL    the controller's address (DBBACKUP_URL, else that of the controller with this data folder)
  --help       this text`
