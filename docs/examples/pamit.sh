#!/bin/sh
# /usr/local/sbin/pamit COMMAND ...: a command of Pamit as its own user, with the settings of the service.
cd /opt/pamit || exit
exec runuser -u pamit -- sh -c 'set -a; . /etc/pamit/pamit.env; exec .venv/bin/flask --app wsgi "$@"' pamit "$@"
