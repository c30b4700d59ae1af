#!/usr/bin/env bash
# A photo page behind a CDN, from nothing: bucket, uploads, distribution, first miss, hits, second edge, purge.
#
# Needs a running `gustfront up` and what it printed, exported in this shell:
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL
# EDGE_PORTS names the ports of two edges (default "8080 8081"), BUCKET the bucket to make.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

lacking=()
for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL; do
  [ -n "${!name:-}" ] || lacking+=("$name")
done
if [ ${#lacking[@]} -gt 0 ]; then
  echo "run.sh: not set: ${lacking[*]}" >&2
  echo "Start the server with script/up (or: gustfront up) and paste the export lines that it prints." >&2
  exit 1
fi
for tool in aws curl python3; do
  command -v $tool >/dev/null || { echo "run.sh: $tool is not installed (script/deps installs it)" >&2; exit 1; }
done
if ! curl -s -o /dev/null --max-time 5 "$AWS_ENDPOINT_URL"; then
  echo "run.sh: nothing answers at $AWS_ENDPOINT_URL: is \`gustfront up\` running?" >&2
  exit 1
fi

export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-ap-south-1} AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true
read -r first_edge second_edge <<<"${EDGE_PORTS:-8080 8081}"
bucket=${BUCKET:-photos-$(date +%s)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's CLI (2.9) does not read AWS_ENDPOINT_URL yet.
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
step() { printf '\n== %s\n' "$*"; }

step "Two pictures, rendered here"
for scene in dawn dusk; do
  python3 "$here/render.py" $scene "$work/$scene.png"
  printf '%s.png: %d KiB\n' $scene $(($(stat -c %s "$work/$scene.png") / 1024))
done

step "A bucket with the pictures and the page, for all to read"
aws s3api create-bucket --bucket "$bucket" --create-bucket-configuration "LocationConstraint=ap-south-1" \
  --region ap-south-1 --output text
for scene in dawn dusk; do
  aws s3api put-object --acl public-read --bucket "$bucket" --key $scene.png --body "$work/$scene.png" \
    --content-type image/png --cache-control max-age=3600 --content-disposition "inline; filename=$scene.png" \
    --query ETag --output text
done
aws s3api put-object --acl public-read --bucket "$bucket" --key index.html --body "$here/index.html" \
  --content-type "text/html; charset=utf-8" --cache-control max-age=60 --query ETag --output text

step "A distribution in front of it"
read -r id domain < <(aws cloudfront create-distribution --origin-domain-name "$bucket.s3.ap-south-1.amazonaws.com" \
  --query '[Distribution.Id, Distribution.DomainName]' --output text)
aws cloudfront wait distribution-deployed --id "$id"
echo "$id is deployed as $domain"

# What the edge at port $1 says of a picture, in one line.
ask() {
  curl -sS -D- -o /dev/null "http://$domain:$1/dawn.png" | tr -d '\r' |
    awk -F': ' 'tolower($1) ~ /^(x-cache|age|x-amz-cf-pop)$/ { printf "%s: %s   ", $1, $2 } END { print "" }'
}

step "The first edge: first a miss, then hits"
ask "$first_edge"
ask "$first_edge"
step "The second edge: it never saw the picture, but the regional cache has it (Age says so)"
ask "$second_edge"
ask "$second_edge"

step "A purge: the next request goes to the bucket again"
purge=$(aws cloudfront create-invalidation --distribution-id "$id" --paths '/*' --query Invalidation.Id --output text)
aws cloudfront wait invalidation-completed --distribution-id "$id" --id "$purge"
ask "$first_edge"
ask "$first_edge"

step "Open this in a browser"
echo "http://$domain:$first_edge/index.html"
