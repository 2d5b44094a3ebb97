#!/bin/sh
# Make this server follow the primary, from nothing: run as postgres on the follower, once.
#
#   replica.sh "host=10.10.0.21 user=mengikut sslmode=verify-full sslrootcert=/etc/pamit/ca.pem" \
#       /var/lib/postgresql/17/main pamit_dua
#
# The password stands in ~/.pgpass. The data folder must be empty, and no server may run on it.
set -eu
[ $# = 3 ] || { echo "replica.sh CONNECTION FOLDER NAME" >&2; exit 2; }
connection=$1 folder=$2 name=$3
if [ -n "$(ls -A "$folder" 2>/dev/null)" ]; then
  echo "$folder is not empty" >&2
  exit 1
fi
# -R writes how to follow, under the name that synchronous_standby_names knows; the slot is made by -C.
pg_basebackup --dbname="$connection application_name=$name" --pgdata="$folder" \
  --wal-method=stream --checkpoint=fast -C --slot="$name" -R
chmod 0700 "$folder"
echo "$folder follows; start the server"
