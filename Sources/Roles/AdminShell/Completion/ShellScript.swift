/// What lets a shell of the system complete this program's commands. It asks the program itself at each Tab, so that what is completed
/// is what the commands' definitions say, and live names are too.
package enum ShellScript: String, CaseIterable, Sendable {
    case bash, zsh, fish

    package var text: String {
        switch self {
        case .bash: Self.bashText
        case .zsh: Self.zshText
        case .fish: Self.fishText
        }
    }

    /// Bash takes for the word, and replaces, what stands behind the last of its own word breaks, or behind the quote that is open; it
    /// tells us what that is.
    private static let bashText = #"""
        _casella() {
            mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete --rules bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
            [[ ${COMPREPLY[0]} ]] || COMPREPLY=()
        }
        complete -F _casella casella
        """#

    /// Good to be sourced, and as a file `_casella` among zsh's functions, where the first completion runs all of it.
    private static let zshText = #"""
        #compdef casella
        _casella() {
            local -a candidates
            candidates=("${(@f)$(${words[1]} complete -- "${(j: :)${(@qq)${(@Q)words[1,CURRENT-1]}}} ${(qq)${(Q)PREFIX}}" 2>/dev/null)}")
            candidates=(${candidates:#})
            compadd -- $candidates
        }
        if [[ ${funcstack[1]} == _casella ]]; then
            _casella "$@"
        else
            (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
            compdef _casella casella
        fi
        """#

    /// Fish itself quotes what it is told.
    private static let fishText = #"""
        complete -c casella -f -a '(casella complete --rules fish -- (commandline -cp))'
        """#
}
