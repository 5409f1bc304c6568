ver() { local IFS=. a=($1) b=($2) i; for ((i=0;i<3;i++)); do ((10#${a[i]:-0} > 10#${b[i]:-0})) && { echo gt; return; }; ((10#${a[i]:-0} < 10#${b[i]:-0})) && { echo lt; return; }; done; echo eq; }
ver 1.35.2 1.35.10; ver 2.0 1.9.9; ver 1.0.0 1.0; ver 08.1 8.01
