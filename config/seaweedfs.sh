#!/bin/sh
# Starts SeaweedFS with its S3 endpoint on 8333; the keys come from the environment and are written nowhere else.
set -eu
umask 077
cat >/tmp/s3.json <<JSON
{"identities": [{"name": "docflow", "credentials": [{"accessKey": "$S3_ACCESS_KEY_ID", "secretKey": "$S3_SECRET_ACCESS_KEY"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
JSON
exec weed server -dir=/data -s3 -s3.port=8333 -s3.config=/tmp/s3.json
