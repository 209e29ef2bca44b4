/** What each shell must be told to ask `acceptd __complete`, which knows what may come next. So they do not go stale. */

// Bash takes words apart at : and = as well; what it then puts in is what comes after the last of them.
const BASH = `_acceptd() {
  local line=\${COMP_LINE:0:COMP_POINT} word start candidate
  word=\${line##*[[:space:]]}
  start=\${word%"\${word##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    COMPREPLY+=("\${candidate#"$start"}")
  done < <("$1" __complete --line "$line" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _acceptd acceptd
`

const ZSH = `#compdef acceptd
_acceptd() {
  local -a described
  local line
  for line in "\${(@f)$(acceptd __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#described} )) && _describe -V acceptd described
}
if [ "$funcstack[1]" = "_acceptd" ]; then _acceptd "$@"; else compdef _acceptd acceptd; fi
`

const FISH = `function __acceptd_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  acceptd __complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c acceptd -f -a '(__acceptd_complete)'
`

export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const

export type Shell = keyof typeof SCRIPTS
