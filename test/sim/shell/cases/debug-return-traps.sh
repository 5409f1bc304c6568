f() { echo in f; }
set -T; trap 'echo ret' RETURN; f; trap - RETURN; set +T
trap 'echo "err at $LINENO st $?"' ERR; false; (exit 3); if false; then :; fi; true; trap - ERR
set -E; trap 'echo E' ERR; g() { false; true; }; g; trap - ERR
