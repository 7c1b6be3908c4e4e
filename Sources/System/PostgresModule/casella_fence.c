/*
 * A module that PostgreSQL loads: what tenants' SQL roles may say.
 *
 * Rights and row-level security decide which rows a statement returns, but not how it finds them: who switches off the use of indexes
 * makes it read a whole table, and its time, or EXPLAIN ANALYZE, tells how many rows all tenants have together. PostgreSQL has no right
 * for that which could be taken from a role, nor for its own password and settings, LOCK TABLE and NOTIFY. Here a session that logged in
 * as a tenant's role runs SELECT, INSERT, UPDATE and DELETE, in transactions, and nothing else.
 *
 * It judges by the name that logged in, which no SET ROLE changes. Other sessions are left alone.
 */
#include "postgres.h"

#include "catalog/objectaccess.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "tcop/utility.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"

#undef ENABLE_GSS /* Debian's server has it, and its headers need not be here; libpq-be.h keeps the places of what follows. */
#include "libpq/auth.h"
#include "libpq/libpq-be.h"

PG_MODULE_MAGIC;

void _PG_init(void);

static ClientAuthentication_hook_type authenticated_before;
static post_parse_analyze_hook_type analyzed_before;
static ProcessUtility_hook_type run_before;
static object_access_hook_type accessed_before;

/* `casella_t`, then a number, as DatabaseRoles.swift and current_tenant() say. */
static bool is_tenants(const char *role) {
    static const char prefix[] = "casella_t";
    const char *digits;
    if (role == NULL || strncmp(role, prefix, sizeof prefix - 1) != 0) return false;
    digits = role + sizeof prefix - 1;
    return *digits != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

/* Servers of a query in parallel have no port; what they run was judged where it was read. */
static bool is_fenced(void) { return MyProcPort != NULL && is_tenants(MyProcPort->user_name); }

static void refuse(const char *what) {
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied: a tenant's role may not use %s", what));
}

/* What a session may set by connecting; anything else could change how its statements are planned. */
static bool is_harmless(const char *setting) {
    static const char *const harmless[] = {"application_name", "client_encoding", "datestyle", "extra_float_digits", "timezone"};
    for (size_t place = 0; place < lengthof(harmless); place++) {
        if (pg_strcasecmp(setting, harmless[place]) == 0) return true;
    }
    return false;
}

static void authenticated(Port *port, int status) {
    ListCell *cell;
    bool is_name = true;
    if (authenticated_before) authenticated_before(port, status);
    if (status != STATUS_OK || !is_tenants(port->user_name)) return;
    if (port->cmdline_options != NULL) {
        ereport(FATAL, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied: a tenant's role may not connect with options"));
    }
    foreach (cell, port->guc_options) { /* name, value, name, value … */
        if (is_name && !is_harmless(lfirst(cell))) {
            ereport(FATAL, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied: a tenant's role may not set \"%s\"", (const char *)lfirst(cell)));
        }
        is_name = !is_name;
    }
}

/* Refuses what finds rows by their places in the table. */
static bool look(Node *node, void *context) {
    if (node == NULL) return false;
    if (IsA(node, Query)) return query_tree_walker((Query *)node, look, context, QTW_EXAMINE_RTES_BEFORE);
    if (IsA(node, RangeTblEntry)) {
        if (((RangeTblEntry *)node)->tablesample != NULL) refuse("TABLESAMPLE");
        return false; /* the walker goes into it by itself */
    }
    if (IsA(node, Var) && ((Var *)node)->varattno < 0) refuse("system columns");
    return expression_tree_walker(node, look, context);
}

static void analyzed(ParseState *state, Query *query, JumbleState *jumble) {
    if (analyzed_before) analyzed_before(state, query, jumble);
    if (is_fenced()) look((Node *)query, NULL);
}

/* Also of what no statement says, as the protocol's FunctionCall. */
static void accessed(ObjectAccessType access, Oid class, Oid object, int part, void *argument) {
    if (accessed_before) accessed_before(access, class, object, part, argument);
    if (access == OAT_FUNCTION_EXECUTE && object == F_SET_CONFIG && is_fenced()) refuse("set_config()");
}

static bool is_allowed(Node *statement) {
    switch (nodeTag(statement)) {
    case T_TransactionStmt: {
        TransactionStmtKind kind = ((TransactionStmt *)statement)->kind;
        /* Such a one would outlive the session, with its locks. */
        return kind != TRANS_STMT_PREPARE && kind != TRANS_STMT_COMMIT_PREPARED && kind != TRANS_STMT_ROLLBACK_PREPARED;
    }
    case T_DeallocateStmt: /* the client's prepared statements */
    case T_VariableShowStmt:
        return true;
    default:
        return false;
    }
}

static void run(PlannedStmt *statement, const char *text, bool is_read_only, ProcessUtilityContext context, ParamListInfo parameters,
                QueryEnvironment *environment, DestReceiver *receiver, QueryCompletion *completion) {
    if (is_fenced() && !is_allowed(statement->utilityStmt)) refuse(GetCommandTagName(CreateCommandTag(statement->utilityStmt)));
    (run_before ? run_before : standard_ProcessUtility)(
        statement, text, is_read_only, context, parameters, environment, receiver, completion);
}

void _PG_init(void) {
    static bool is_there = true;
    if (!process_shared_preload_libraries_in_progress) {
        ereport(ERROR, errmsg("casella_fence has to stand in shared_preload_libraries"));
    }
    DefineCustomBoolVariable("casella_fence.is_there", "Whether tenants' roles are held to SELECT, INSERT, UPDATE and DELETE.", NULL,
                             &is_there, true, PGC_INTERNAL, 0, NULL, NULL, NULL);
    authenticated_before = ClientAuthentication_hook;
    ClientAuthentication_hook = authenticated;
    analyzed_before = post_parse_analyze_hook;
    post_parse_analyze_hook = analyzed;
    run_before = ProcessUtility_hook;
    ProcessUtility_hook = run;
    accessed_before = object_access_hook;
    object_access_hook = accessed;
}
