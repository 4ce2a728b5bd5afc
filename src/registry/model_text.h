/*
 * model_text.h - the text of a model function, and what the function is called.
 *
 *     model Author {"table": "authors", "elements": [
 *       {"column": {"name": "id", "type": "integer", "primary_key": true}},
 *       {"has_many": {"name": "posts", "model": "Post"}}]}
 *
 * The verb "model", the model's name, and a model document without "model".
 */
#ifndef ORM_REGISTRY_MODEL_TEXT_H
#define ORM_REGISTRY_MODEL_TEXT_H

/*
 * Takes the beginning of a text apart: *model receives the name, *document
 * points at the JSON behind it.  False for the text of any other function.
 */
extern bool orm_model_text_split(const char *text, char **model, const char **document);

/*
 * The whole model document of a text that orm_model_text_split has taken apart:
 * "model" in front of the other keys.
 */
extern char *orm_model_text_document(const char *model, const char *document);

#define ORM_MODEL_FUNCTION_NAMES 2

/*
 * What the function of a model may be called: snake case of the name and
 * "_model"; where that is the function of another model of the schema, or too
 * long, snake case, eight hexadecimal digits of a hash of the exact name, and
 * "_model".  Readers compute these, so nothing else may have an influence.
 */
extern void orm_model_text_functions(const char *model, char *names[ORM_MODEL_FUNCTION_NAMES]);

/* A hash of a text that is the same on all machines and in all versions (FNV-1a). */
extern uint32 orm_model_text_hash(const char *text);

#endif
