#!/usr/bin/env bash
# build.sh OUTDIR: real Kubernetes 1.20.2 from Debian's archive alone, as a folder that a specification's `mirror:` can name.
#   OUTDIR/apt      kubeadm, kubelet, kubectl, kubernetes-cni, cri-tools, and Debian's containerd, docker and bird2 with what all of them depend on
#   OUTDIR/images   kubernetes-v1.20.2.tar: the control plane's images, kube-proxy, pause, coredns, busybox
# Debian 12 on amd64, as root; about six minutes on two cores. Does nothing when OUTDIR was built by these very files.
#   WORK             scratch of 4 GB, removed at the end (default: OUTDIR.work)
#   DEBIAN_SOURCES   where Debian's archive is written down (default: this host's debian.sources)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: build.sh OUTDIR}
sources=${DEBIAN_SOURCES:-/etc/apt/sources.list.d/debian.sources}
version=1.20.2
commit=faecb196815e248d3ecfb03c680a4507229c2a56 # of the tag v1.20.2, as `kubectl version` shows it
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

key=$(cd "$here" && find . -type f ! -name README.md ! -name '*.ts' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ "$(cat "$out/key" 2>/dev/null)" = "$key" ]; then exit 0; fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -rf "$out/key" "$out/apt" "$out/images"
mkdir -p "$out/apt" "$out/images"
work=${WORK:-$out.work}
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
step() { echo "realkube: $* ($SECONDS s)"; }

# An apt configuration of its own, with source packages: the host's stays as it is.
apt=$work/apt
mkdir -p "$apt"/{sources,lists/partial,cache/archives/partial,debs}
sed 's/^Types:.*/Types: deb deb-src/' "$sources" >"$apt/sources/debian.sources"
own=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/sources" -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
apt-get "${own[@]}" update
fetch() { (cd "$apt/debs" && apt-get "${own[@]}" download "$@" >/dev/null); }
unpack() { for name in "${@:2}"; do dpkg-deb -x "$(echo "$apt/debs/${name}"_*.deb)" "$1"; done; }

tools=(gcc libc6-dev python3 xz-utils)
if ! dpkg -s "${tools[@]}" >/dev/null 2>&1; then
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${tools[@]}" >/dev/null
fi
go_debs=(golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev)
image_debs=(etcd-server etcd-client busybox-static iptables conntrack libc6 libxtables12 libip4tc2 libip6tc2 libnftnl11 libmnl0 libnetfilter-conntrack3 libnfnetlink0)
fetch "${go_debs[@]}" "${image_debs[@]}" containernetworking-plugins
(cd "$apt" && apt-get "${own[@]}" source --download-only kubernetes >/dev/null)
step "packages downloaded"

# The pristine tarball, without Debian's patches. GOPATH layout: in module mode this tree's go.mod is too old for Go 1.19.
tree=$work/gopath/src/k8s.io/kubernetes
mkdir -p "$tree"
tar -xf "$apt"/kubernetes_*really$version.orig.tar.* -C "$tree" --strip-components=1
unpack "$work/tools" "${go_debs[@]}"
# reflect2 1.0.1 panics at the first map under Go 1.18 and newer
reflect2=$tree/vendor/github.com/modern-go/reflect2
rm -rf "$reflect2"
cp -r "$work/tools/usr/share/gocode/src/github.com/modern-go/reflect2" "$reflect2"
rm -f "$reflect2"/*_test.go
export GOROOT=$work/tools/usr/lib/go-1.19 GOPATH=$work/gopath GOCACHE=${GOCACHE:-$work/gocache} GOFLAGS='' GOPROXY=off GO111MODULE=off CGO_ENABLED=0
PATH=$GOROOT/bin:$PATH
cd "$tree"

# pkg/generated/openapi is not in the tarball: kube-apiserver needs it. The same directories as the tree's Makefile.generated_files.
go build -trimpath -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
inputs=$(find cmd pkg plugin vendor/k8s.io/*/ -name '*.go' -not -path '*/_examples/*' -print0 | xargs -0 grep -l '^// *+k8s:' |
  grep -vE '^vendor/k8s.io/(code-generator|sample-apiserver)/' | xargs grep -l '+k8s:openapi-gen=' | xargs -n1 dirname | LC_ALL=C sort -u |
  sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
"$work/openapi-gen" --logtostderr -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations.txt"
step "OpenAPI definitions generated"

# the tarball's own date, so that two builds are alike
SOURCE_DATE_EPOCH=$(stat -c %Y LICENSE)
export SOURCE_DATE_EPOCH
stamp=()
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  for field in gitVersion=v$version gitMajor=1 gitMinor=20 gitTreeState=clean gitCommit=$commit "buildDate=$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)"; do
    stamp+=(-X "k8s.io/kubernetes/vendor/$package.$field")
  done
done
bin=$work/bin
mkdir -p "$bin"
# stand-ins are built inside the tree, for its vendored packages
cp -r "$here/standin/crictl" cmd/crictl
cp -r "$here/standin/coredns" cmd/coredns
go build -trimpath -ldflags "-s -w ${stamp[*]}" -o "$bin/" \
  ./cmd/kubeadm ./cmd/kubelet ./cmd/kubectl ./cmd/kube-apiserver ./cmd/kube-controller-manager ./cmd/kube-scheduler ./cmd/kube-proxy ./cmd/crictl ./cmd/coredns
gcc -Os -static -s -DVERSION=3.2 -o "$bin/pause" build/pause/linux/pause.c
step "binaries built"

# Packages: the trees under packages/ with the binaries put in.
cp -r "$here/packages" "$work/packages"
cd "$work/packages"
for name in kubeadm kubelet kubectl; do install -D "$bin/$name" "$name/usr/bin/$name"; done
install -D "$bin/crictl" cri-tools/usr/bin/crictl
unpack "$work/cni" containernetworking-plugins
mkdir -p kubernetes-cni/opt/cni/bin kubelet/etc/kubernetes/manifests
cp -L "$work"/cni/usr/lib/cni/* kubernetes-cni/opt/cni/bin/
for name in *; do
  sed -i "s/@VERSION@/$version-00/" "$name/DEBIAN/control"
  chmod -f 755 "$name"/DEBIAN/p* || true
  # gzip: a machine unpacks it in a fraction of the time that xz takes
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$name" "$out/apt" >/dev/null
done
dependencies=(containerd runc docker.io tini conntrack socat ebtables ethtool libnetfilter-conntrack3 libnfnetlink0 libseccomp2 libwrap0 bird2 libssh-gcrypt-4)
fetch "${dependencies[@]}"
for name in "${dependencies[@]}"; do cp "$apt/debs/${name}"_*.deb "$out/apt/"; done
cd "$out/apt"
for file in ./*.deb; do
  dpkg-deb -f "$file"
  printf '%s\n' "Filename: $file" "Size: $(stat -c %s "$file")" "SHA256: $(sha256sum <"$file" | cut -d' ' -f1)" ''
done >Packages
gzip -9 -n -k Packages
{ # nobody signs it: apt is told [trusted=yes]
  printf '%s\n' 'Origin: kubemend test build' 'Architectures: amd64' "Date: $(date -Ru -d "@$SOURCE_DATE_EPOCH")" 'SHA256:'
  for file in Packages Packages.gz; do echo " $(sha256sum <$file | cut -d' ' -f1) $(stat -c %s $file) $file"; done
} >Release
step "packages made"

unpack "$work/root" "${image_debs[@]}"
python3 "$here/images.py" "$bin" "$work/root" "v$version" "$out/images/kubernetes-v$version.tar"
step "images made"
echo "$key" >"$out/key"
