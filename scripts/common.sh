# What the scripts beside this file share; sourced, never run.
#
# Sets $root (the clone, wherever it is called from) and $jobs, and lets
# compilers go through ccache where there is one.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
jobs=$(nproc 2>/dev/null || echo 2)

# A user without a home has no place for a cache, and ccache fails then.
if cache=$(ccache -k cache_dir 2>/dev/null) && mkdir -p "$cache" 2>/dev/null &&
	[ -w "$cache" ]; then
	: "${CMAKE_C_COMPILER_LAUNCHER=ccache}" "${CMAKE_CXX_COMPILER_LAUNCHER=ccache}"
	export CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER
fi

# show_head FILE: the comment a script opens with is its manual.
show_head()
{
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
}

# configure PRESET FOLDER [-DNAME=VALUE…]: (re)configure one build folder;
# quiet unless it fails. A folder that was made for another clone is made anew.
configure()
{
	preset=$1
	folder=$2
	shift 2
	fresh=
	if [ -f "$folder/CMakeCache.txt" ] &&
		! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
		fresh=--fresh
	fi
	mkdir -p "$folder"
	if ! (cd "$root" && cmake --preset "$preset" -B "$folder" $fresh "$@") \
		>"$folder/configure.log" 2>&1; then
		cat "$folder/configure.log" >&2
		return 1
	fi
}
