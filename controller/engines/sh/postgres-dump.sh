# Arguments from the fourth on: the tool and its arguments. The shell becomes the tool, so that its pid ends the tool.
shift 3
need "$1"
exec "$@"
