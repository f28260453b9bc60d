/*
 * completion.c - what completes hostctl's words in bash, written from the tables; and the names that
 * only an instance knows.
 */
#include <string.h>

#include "hostctl/verb_table.h"

static void put_options(FILE *out, u32 takes)
{
	for (u32 i = 0; i < n_verb_options; i++)
		if (!verb_options[i].takes || verb_options[i].takes & takes)
			fprintf(out, " %s", verb_options[i].name);
}

/* Patterns of the options behind which a value must stand. */
static void put_valued(FILE *out)
{
	bool any = false;
	for (u32 i = 0; i < n_verb_options; i++)
		if (verb_options[i].kind == OPTION_WORD || verb_options[i].kind == OPTION_COUNT) {
			fprintf(out, "%s%s", any ? "|" : "", verb_options[i].name);
			any = true;
		}
}

static void put_verb(FILE *out, const struct verb *v)
{
	fprintf(out, "\t%s)\n\t\toptions='", v->name);
	put_options(out, v->takes);
	fputs("'\n", out);
	if (v->choices)
		fprintf(out, "\t\t[ $n -ne 0 ] || words+=' %s'\n", v->choices);
	if (v->names)
		fprintf(out, "\t\t[ $n -ne %d ] || words+=\" $(\"${COMP_WORDS[0]}\" \"${which[@]}\" completion names %s 2>/dev/null)\"\n",
			v->choices ? 1 : 0, v->names);
	if (strstr(v->args, "FILE"))
		fprintf(out, "\t\t[ $n -ne %d ] || files=1\n", v->choices ? 1 : 0);
	fputs("\t\t;;\n", out);
}

static void put_script(FILE *out)
{
	fputs("# Completion of hostctl for bash: source <(hostctl completion bash)\n"
	      "_hostctl() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tlocal verb= words= options= files= n=0 i which=()\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n"
	      "\t\t--instance|--config)\n"
	      "\t\t\twhich+=(\"${COMP_WORDS[i]}\" \"${COMP_WORDS[i + 1]}\")\n"
	      "\t\t\ti=$((i + 1)) ;;\n"
	      "\t\t", out);
	put_valued(out);
	fputs(") i=$((i + 1)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) if [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}; else n=$((n + 1)); fi ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase $prev in\n"
	      "\t--config|--root) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
	      "\t--instance)\n"
	      "\t\twords=$(ls /dev/shm 2>/dev/null | sed -n 's/^saker\\.\\(.*\\)\\.[0-9]*$/\\1/p')\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\t\treturn ;;\n"
	      "\t", out);
	put_valued(out);
	fputs(") return ;;\n\tesac\n\tcase $verb in\n\t'') words='", out);
	for (u32 i = 0; i < n_verbs; i++)
		fprintf(out, " %s", verbs[i].name);
	fputs("' options='", out);
	put_options(out, 0);
	fputs("' ;;\n", out);
	for (u32 i = 0; i < n_verbs; i++)
		put_verb(out, &verbs[i]);
	fputs("\tesac\n"
	      "\tif [[ $cur == -* ]]; then words=$options files=; fi\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; [ -z \"$files\" ] || compgen -f -- \"$cur\")\n"
	      "}\n"
	      "complete -o filenames -F _hostctl hostctl\n", out);
}

/* The first column of the verb's first table, a name a line. */
static enum exit_code put_names(const struct request *q, const struct verb *verb)
{
	struct request ask = { .verb = verb->name, .out = q->out, .err = q->err };
	struct report r = { 0 };
	char why[VIEW_WHY_MAX];
	struct view v;
	size_t i;
	json_t *row;
	if (view_open(&v, q->instance, why) != ERR_OK)
		return complain(q, EXIT_NOT_RUNNING, "%s", why);
	enum exit_code code = verb->run(&ask, &v, &r);
	json_array_foreach(r.n ? r.table[0].rows : NULL, i, row)
	{
		print_line(q->out, json_string_value(json_object_get(row, r.table[0].column[0].key)));
	}
	report_free(&r);
	view_close(&v);
	return code;
}

enum exit_code verb_completion(const struct request *q, const struct view *v, struct report *r)
{
	(void)v;
	(void)r;
	bool names = !strcmp(q->arg[0], "names");
	if (q->n_args != (names ? 2 : 1))
		return complain(q, EXIT_USAGE, "expected hostctl completion bash | names VERB");
	if (!names) {
		put_script(q->out);
		return EXIT_DONE;
	}
	for (u32 i = 0; i < n_verbs; i++)
		if (verbs[i].names && !strcmp(verbs[i].names, q->arg[1]))
			return put_names(q, find_verb(q->arg[1]));
	return complain(q, EXIT_USAGE, "%s lists no names", q->arg[1]);
}
