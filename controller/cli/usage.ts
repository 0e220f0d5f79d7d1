// What `dbbackup --help` says.

export const usage = `Usage: dbbackup COMMAND

  serve                              run the controller
  servers                            every server and database, with what is wrong
  servers --why [SERVER]             of each: backed up by which job, next when, each value with where it comes
                                     from; or why not, with labels to paste
  servers --json [SERVER]            the same for programs
  servers add NAME --type postgres|mysql|mariadb --host HOST --user USER [--port N]
      [--password-from FILE | --password-variable DBBACKUP_SERVER_…] [--tls MODE] [--ca FILE]
      [--label KEY=VALUE]… [--no-check]
                                     add a server outside Docker, once it has answered; FILE is read here, - is the
                                     standard input, and the variable is the controller's
  servers test SERVER                connect to it now; exit code 1 when that fails
  servers remove SERVER              forget one that was added so; its backups stay
  discover                           look at every container and into every server now
  backup SERVER[/DATABASE]           back up now, and wait
  backups [--database SERVER/DATABASE] [--status STATUS] [--limit N]
                                     list backups, newest first
  accept BACKUP                      say that a suspect backup is right: it is good from now on
  pin BACKUP REASON…                 keep it whatever retention says, until it is unpinned
  unpin BACKUP                       let retention decide about it again
  retention                          policies that have a name, and the jobs that use them
  retention preview [SERVER/DATABASE] [--policy POLICY]
                                     what stays, with every reason, and what would go; POLICY is a name or tiers
  confirm-prune SERVER/DATABASE [--yes]
                                     let retention delete what it holds back, because it is much at once
  restore BACKUP|SERVER/DATABASE --as NAME [--on SERVER] [--owners keep|drop] [--content schema] [--table NAME]…
                                     [--dry-run] [--yes] [--identity FILE]: into a new database beside the old one, or
                                     on another server; all of it, or only the tables that are named
  restore BACKUP|SERVER/DATABASE --swap [--as NAME] [--end-connections] [--keep-for 24h] [--no-safety-backup]
                                     restore in the place of a database, which is kept for an undo
      --jobs N                       either of them: load with N processes at once (PostgreSQL), which need the archive as
                                     a file in the container meanwhile
  restore BACKUP|SERVER/DATABASE --replace|--clean [--as NAME] [--content schema|data] [--end-connections] [--no-safety-backup]
                                     restore into a database that is there: emptied before, or only what the backup
                                     holds is replaced (with --content data its rows alone)
  restore BACKUP|SERVER --globals [--on SERVER] [--dry-run] [--yes] [--identity FILE]
                                     make the roles or accounts that a server lacks
  restore FILE|DESTINATION:KEY --on SERVER --as NAME [--database NAME] [--owners …] [--identity FILE] [--dry-run] [--yes]
                                     a dump or script that is no backup: sent from here (--file: it is a path), or read
                                     at a destination; --database says which one of several in it; in all the ways above
  undo RESTORE [--end-connections] [--yes]
                                     put back what such a restore has replaced
  verify BACKUP|SERVER/DATABASE [--level checksum|read|drill] [--destination NAME] [--wait] [--identity FILE]
                                     read its copies again; read: by the engine's own tool. Exit code 1 when one is bad
  import FILE --server SERVER --database NAME [--made-at TIME]
                                     keep a dump that another tool made, as a backup of that database, pinned; TIME
                                     is when it was made, else the file's own
  orphans [DESTINATION]              what stands there without the catalogue, and what is missing there
  orphans DESTINATION [KEY…] --adopt | --clean | --mend [--yes]
                                     list backups that stand there; delete what is none and is known by name, or, by
                                     KEY, what is not known; have missing copies made again
  rebuild --from DESTINATION [--catalogue]
                                     list again what stands there: on a new machine, or when the catalogue is lost;
                                     with its newest copy first, which knows failed runs, logs and pauses as well
  catalogue [copy]                   the catalogue's size and its copies; or copy it to every destination now
  export [--out FILE]                what is configured, without any secret: settings, buckets and pauses of the API
  import-config FILE [--yes]         what such a file would change here; with --yes it is done
  maintenance cleanup|vacuum|verify  delete old logs, make the catalogue compact, or check it
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
