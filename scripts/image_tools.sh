#!/usr/bin/env bash
# Installs what builds and runs images without Docker, and makes the base image from Debian's packages where it is missing.
set -euo pipefail
base=docker.io/library/python:3.11-slim
packages=(buildah podman runc fuse-overlayfs debootstrap)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

buildah inspect --type image "$base" >/dev/null 2>&1 && exit 0
buildah pull -q "$base" 2>/dev/null && exit 0

echo "$base cannot be pulled: a stand-in is made of Debian's packages"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv \
  bookworm "$root" http://deb.debian.org/debian >/dev/null
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
# Certificates that this machine trusts beside Debian's own: a proxy's, where there is one.
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;
chroot "$root" update-ca-certificates >/dev/null 2>&1
export BUILDAH_ISOLATION=chroot
container=$(buildah from scratch)
buildah add -q "$container" "$root" / >/dev/null
bundle=/etc/ssl/certs/ca-certificates.crt
buildah config --env PIP_BREAK_SYSTEM_PACKAGES=1 --env PIP_CERT=$bundle --env SSL_CERT_FILE=$bundle "$container"
buildah commit -q "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null
