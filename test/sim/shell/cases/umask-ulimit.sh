umask 022; umask; umask -S; umask 077; umask; touch f; ls -l f | cut -c1-10; umask u=rwx,g=rx,o=; umask; umask 9; echo $?
