/*
 * model_text.h - the text of a model function, and what the function is called.
 *
 *     model Author {"table": "authors", "elements": [
 *       {"column": {"name": "id", "type": "integer", "primary_key": true}},
 *       {"has_many": {"name": "posts", "model": "Post"}}]}
 *
 * The verb "model", the model's name, and a model document without "model".  The
 * text of a mixin function has the verb "mixin", the mixin's name and "elements".
 */
#ifndef ORM_REGISTRY_MODEL_TEXT_H
#define ORM_REGISTRY_MODEL_TEXT_H

/*
 * Takes the beginning of a text apart: *model receives the name, *document
 * points at the JSON behind it.  False for the text of any other function.
 */
extern bool orm_model_text_split(const char *text, char **model, const char **document);

/* The same for the function of a mixin. */
extern bool orm_model_text_split_mixin(const char *text, char **mixin, const char **document);

/*
 * The whole document of a text that one of these has taken apart: "model" (or
 * "mixin", the verb) in front of the other keys.
 */
extern char *orm_model_text_document(const char *verb, const char *name, const char *document);

/* The former name of the table in a whole document, which it has in that schema until it is renamed; NULL: none. */
extern char *orm_model_text_former_table(const char *document, const char *schema);

#define ORM_MODEL_FUNCTION_NAMES 2

/*
 * What the function of a model may be called: snake case of the name and
 * "_model"; where that is the function of another model of the schema, or too
 * long, snake case, eight hexadecimal digits of a hash of the exact name, and
 * "_model".  Readers compute these, so nothing else may have an influence.
 */
extern void orm_model_text_functions(const char *model, char *names[ORM_MODEL_FUNCTION_NAMES]);

/* What the function of a mixin may be called, with "_mixin" in place of "_model". */
extern void orm_model_text_mixin_functions(const char *mixin, char *names[ORM_MODEL_FUNCTION_NAMES]);

/* A hash of a text that is the same on all machines and in all versions (FNV-1a). */
extern uint32 orm_model_text_hash(const char *text);

#endif
