set -euo pipefail
echo a | grep -q a && echo match
echo a | grep -q b || echo nomatch
out=$(echo x | grep y || true); echo "[$out]"
yes | head -1 || echo "sigpipe $?"
false | cat
echo not reached
