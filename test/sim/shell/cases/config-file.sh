cat > app.conf <<'EOF'
# comment
name = demo
port=8080

path = "/a b/c"
EOF
while IFS= read -r line; do
  [[ $line =~ ^[[:space:]]*# || -z $line ]] && continue
  key=${line%%=*}; val=${line#*=}
  key=${key// /}; val=${val# }; val=${val%\"}; val=${val#\"}
  echo "$key|$val"
done < app.conf
grep -v '^#' app.conf | sed '/^$/d' | sort
