# Sourced, from the root of the sources. Sets VERSION of the packages and SOURCE_DATE_EPOCH: those of the commit, which
# git knows in a clone and the file `stamp` in an unpacked archive. Either may be given.
base=0.1.0
read -r epoch commit <tuning/packaging/stamp
dirty=
if [[ $epoch == '$Format'* ]]; then
	read -r epoch commit < <(git log -1 --format='%ct %H')
	[ -z "$(git status --porcelain --untracked-files=no)" ] || dirty=.dirty
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$epoch}
SOURCE_VERSION=$base~git$(date -u -d "@$epoch" +%Y%m%d%H%M%S).${commit:0:12}
VERSION=${VERSION:-$SOURCE_VERSION$dirty}
