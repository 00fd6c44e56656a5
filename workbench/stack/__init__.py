"""The platform's services as processes of this machine, by the same Compose file that containers are started from.

`compose` reads the file, `native` turns each service into a command of this machine, `postgres` stands in for the
image of PostgreSQL, `supervisor` starts, watches, restarts and stops, and `state` is what it leaves for other commands
to read. `releases`, `deploying`, `asking` and `workspace` bring new code into it; `alone`, `backup`, `restoring`
and `migrating` work on its data, and `showing` tells what stands. `health`, `secret_files`, `launcher` and `daemon`
run inside the services, in containers and out of them.
"""
