# After a definition of load: stdin is the dump's. Normal work begins again after a failure too, should the database be kept.
before_load "$@" </dev/null || exit
load "$@"
code=$?
if [ "$code" = 0 ]; then after_load "$@"; exit; fi
after_load "$@" 2>/dev/null
exit "$code"
