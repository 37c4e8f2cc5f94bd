#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>

// The library's global variables, by function: Swift's concurrency rules let C globals be touched only this way.

/// Before the first use: signals, window size and environment are ours to handle.
static inline void carpedm_readline_configure(void) {
    rl_readline_name = "carpedm";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_erase_empty_line = 0;
}

static inline void carpedm_readline_prepare_with(rl_vintfunc_t *function) { rl_prep_term_function = function; }

static inline const char *carpedm_readline_text(void) { return rl_line_buffer ? rl_line_buffer : ""; }
static inline int carpedm_readline_point(void) { return rl_point; }
static inline int carpedm_readline_end(void) { return rl_end; }
static inline void carpedm_readline_move(int point) { rl_point = point < 0 ? 0 : point > rl_end ? rl_end : point; }
static inline int carpedm_readline_repeats(rl_command_func_t *function) { return rl_last_func == function; }
static inline void carpedm_readline_set_output(FILE *stream) { rl_outstream = stream; }
static inline int carpedm_readline_same(rl_command_func_t *first, rl_command_func_t *second) { return first == second; }
