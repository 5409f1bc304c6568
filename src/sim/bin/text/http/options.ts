/** curl's options, in the form of options.ts. */
export const curlOptions =
  "f,fail fail-with-body fail-early s,silent S,show-error L,location location-trusted k,insecure o,output= O,remote-name remote-name-all output-dir= create-dirs " +
  "I,head i,include v,verbose X,request= d,data= data-raw= data-binary= data-urlencode= data-ascii= json= H,header= u,user= cacert= E,cert= key= !cert-type= !key-type= " +
  "!capath= !pass= m,max-time= connect-timeout= w,write-out= resolve= T,upload-file= retry= retry-delay= retry-max-time= retry-connrefused retry-all-errors 4,ipv4 !6,ipv6 " +
  "!x,proxy= !socks5= noproxy= A,user-agent= e,referer= G,get http1.0 http1.1 http2 http2-prior-knowledge tlsv1.2 tlsv1.3 tlsv1 1 tls-max= !ciphers= " +
  "max-redirs= interface= unix-socket= ~no-buffer ~N no-progress-meter #,progress-bar !stderr= g,globoff ~compressed !R,remote-time !n,netrc q,disable url= url-query= " +
  "!F,form= !b,cookie= !c,cookie-jar= !K,config= !C,continue-at= !r,range= !Z,parallel !z,time-cond= !oauth2-bearer= !aws-sigv4= !digest !anyauth ~basic !negotiate !ntlm " +
  "!limit-rate= !Y,speed-limit= !y,speed-time= ~keepalive-time= ~no-keepalive ~tcp-nodelay !path-as-is !connect-to= !doh-url= !dns-servers= !proto= !proto-default= !proto-redir= !trace= !trace-ascii= ~ssl-reqd !ftp-pasv !J,remote-header-name " +
  "~styled-output ~no-styled-output ~ssl-no-revoke !cert-status V,version h,help=? !M,manual !post301 !post302 !post303 !request-target= !etag-save= !etag-compare= !haproxy-protocol !crlfile= !pinnedpubkey= !local-port= !ipfs-gateway=";

/** Reason phrases of HTTP/1.1 status lines. */
export const reasons: Record<number, string> = {
  100: "Continue",
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
