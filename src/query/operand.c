/*
 * operand.c - right operands of operators: values, parameters, attributes.
 *
 *     plain, {"$value": x}       a value of the document
 *     {"$": name}                a parameter of the call
 *     {"$attribute": path}       another value of the same row
 *     {"$expr": expr}            what an expression of the same row is
 *
 * Only the kind of a value is read here, and whether an array contains a null; see
 * shape.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/nearest.h"
#include "model/value.h"
#include "query/condition.h"
#include "query/expression.h"
#include "query/literal.h"
#include "query/named_scope.h"
#include "query/operand.h"
#include "query/shape_number.h"

typedef struct OperandInstruction
{
	const char *key;
	/* "json": the value of the key; "place": of the key */
	void (*read)(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
				 const OrmPath *place);
} OperandInstruction;

/* Is this a json type? */
static bool
is_json(const OrmType *type)
{
	return type != NULL && orm_type_is_json(type);
}

/* {"$": name} in a named scope: its argument. */
static void
read_argument(OrmOperand *operand, OrmBuilder *builder, const OrmScopeUse *use, OrmJson name, const OrmType *type,
			  const OrmPath *place)
{
	OrmPath given = orm_path_key(use->given, orm_json_string(name));
	OrmJson argument;

	if (orm_named_scope_argument(builder->compiler, use, name, place, &argument))
		*operand = orm_query_operand(NULL, builder, argument, type, &given);
	else
		operand->kind = ORM_OPERAND_UNSET;
}

/* {"$": name}: the parameter of that name. */
static void
read_parameter(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
			   const OrmPath *place)
{
	const OrmQueryRequest *request = builder->compiler->request;
	const OrmScopeUse *use = orm_named_scope_use_of(builder->compiler, json);
	const char **names = palloc(sizeof(char *) * Max(request->nparameters, 1));
	OrmQueryParameter *parameter;
	int number = 0;

	if (orm_json_kind(json) != ORM_JSON_STRING)
		orm_members_raise_kind(json, "the name of a parameter", place);
	if (use != NULL)
	{
		read_argument(operand, builder, use, json, type, place);
		return;
	}
	if (builder->filters != NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("parameter is not allowed here"),
				orm_error_place(place), errhint("Write a value."));
	for (; number < request->nparameters; number++)
	{
		names[number] = request->parameters[number].name;
		if (orm_json_equals(json, names[number]))
			break;
	}
	if (number == request->nparameters)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
				errmsg("parameter \"%s\" does not exist", orm_error_clip(orm_json_string(json))),
				orm_error_place(place), orm_nearest_hint("parameter", orm_json_string(json), names, number));
	pfree(names);
	parameter = &request->parameters[number];
	parameter->used = true;
	operand->parameter = number;
	operand->typed = OidIsValid(parameter->type);
	if (!operand->typed)
	{
		operand->whole = parameter->json;
		operand->json = orm_value_unescape(parameter->json);
	}
	if (parameter->unset)
		operand->kind = ORM_OPERAND_UNSET;
	else if (parameter->isnull || (!operand->typed && orm_json_kind(operand->json) == ORM_JSON_NULL && !is_json(type)))
		operand->kind = ORM_OPERAND_NULL;
	else
		operand->has_null = orm_shape_parameter_has_null(parameter);
}

/* {"$attribute": path}: an attribute of the same row. */
static void
read_attribute(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
			   const OrmPath *place)
{
	if (scope == NULL || type == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("attribute is not allowed here"),
				orm_error_place(place), errhint("Write a value, or a parameter: {\"$\": name}."));
	operand->kind = ORM_OPERAND_ATTRIBUTE;
	operand->attribute = orm_query_path_json(scope, json, place);
	builder->nwindows += operand->attribute->window;
}

/* {"$value": x}: x as a value; for json types, null is the null of json. */
static void
read_value(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
		   const OrmPath *place)
{
	operand->json = json;
	operand->has_null = orm_json_kind(json) == ORM_JSON_ARRAY && orm_shape_has_null(json);
	if (orm_json_kind(json) == ORM_JSON_NULL && !is_json(type))
		operand->kind = ORM_OPERAND_NULL;
}

/* {"$expr": expr}: what an expression of the same row is. */
static void
read_expression(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
				const OrmPath *place)
{
	bool before = builder->unset;

	if (scope == NULL || type == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("expression is not allowed here"),
				orm_error_place(place), errhint("Write a value, or a parameter: {\"$\": name}."));
	builder->unset = false;
	operand->kind = ORM_OPERAND_ATTRIBUTE;
	operand->attribute = orm_expression_read(scope, "expression", json, place);
	if (builder->unset)
		operand->kind = ORM_OPERAND_UNSET;
	builder->unset = before;
}

static const OperandInstruction instructions[] = {
	{"$", read_parameter}, {"$attribute", read_attribute}, {"$value", read_value}, {"$expr", read_expression}};

/* The instruction of a key, or NULL. */
static const OperandInstruction *
find_instruction(OrmJson key)
{
	for (int i = 0; i < lengthof(instructions); i++)
		if (orm_json_equals(key, instructions[i].key))
			return &instructions[i];
	return NULL;
}

bool
orm_operand_is_instruction(OrmJson json, const OrmType *type)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk))
		return false;
	if (is_json(type))
		return json.node->count == 1 && find_instruction(walk.key) != NULL;
	return walk.key.node->length > 0 && orm_json_bytes(walk.key)[0] == '$';
}

/* Raises for JSON that is similar to an instruction; "$" is too short for that. */
static void
refuse_near(OrmJson json, const OrmType *type, const OrmPath *place)
{
	static const char *const names[] = {"$value", "$attribute"};

	orm_value_refuse_near(type, json, place, names, lengthof(names));
}

/* Reads an instruction. */
static void
read_instruction(OrmOperand *operand, OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type,
				 const OrmPath *place)
{
	static const char *const names[] = {"$", "$value", "$attribute", "$expr"};
	OrmJsonWalk walk = orm_json_walk(json);
	const OperandInstruction *instruction;
	OrmPath here;

	orm_json_next(&walk);
	here = orm_path_key(place, orm_json_string(walk.key));
	instruction = find_instruction(walk.key);
	if (instruction == NULL)
		orm_members_raise_unrecognized("instruction", here.key, &here, names,
									   scope != NULL && type != NULL ? lengthof(names) : 2);
	if (json.node->count != 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be the only key of its object", here.key), orm_error_place(place));
	instruction->read(operand, scope, builder, walk.value, type, &here);
}

OrmOperand
orm_query_operand(OrmScope *scope, OrmBuilder *builder, OrmJson json, const OrmType *type, const OrmPath *place)
{
	OrmOperand operand = {.kind = ORM_OPERAND_VALUE, .json = json, .whole = json, .parameter = -1};

	if (orm_operand_is_instruction(json, type))
	{
		read_instruction(&operand, scope, builder, json, type, place);
		return operand;
	}
	if (scope != NULL && is_json(type))
		refuse_near(json, type, place);
	if (orm_json_kind(json) == ORM_JSON_NULL)
		operand.kind = ORM_OPERAND_NULL;
	else if (orm_json_kind(json) == ORM_JSON_ARRAY)
		operand.has_null = orm_shape_has_null(json);
	return operand;
}

bool
orm_operand_fits(Oid type, Oid wanted)
{
	return type == wanted || TypeCategory(type) == TYPCATEGORY_STRING || type == UNKNOWNOID ||
		can_coerce_type(1, &type, &wanted, COERCION_ASSIGNMENT);
}

/* Raises 42804 when an argument cannot be converted to the type of the slot. */
static void
check_parameter(const OrmQueryParameter *parameter, Oid sql_type, OrmSlotForm form, const OrmPath *place)
{
	if (!OidIsValid(parameter->type))
		return;

	/* nulls in a list must be known here, so a list must not be given as text */
	if (orm_operand_fits(parameter->type, sql_type) &&
		(form != ORM_FORM_LIST || OidIsValid(get_base_element_type(parameter->type))))
		return;
	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("parameter \"%s\" is of type %s, which cannot become %s", parameter->name,
				   format_type_be(parameter->type), format_type_be(sql_type)),
			orm_error_place(place));
}

/* Adds a slot; the caller sets its source. */
static OrmSlot *
add_slot(OrmBuilder *builder, const OrmType *type, Oid sql_type, OrmSlotForm form, const OrmPath *place)
{
	OrmSlot *slot = palloc0(sizeof(OrmSlot));

	slot->form = form;
	slot->type = type;
	slot->parameter_type = sql_type;
	slot->place = orm_query_keep_place(place);
	builder->slots = lappend(builder->slots, slot);
	return slot;
}

/* The parameter of the newest slot. */
static const char *
newest_slot(const OrmBuilder *builder)
{
	return psprintf("$%d", builder->first + list_length(builder->slots));
}

/* Reads a value that is part of the shape. */
static void
read_constant(OrmSlot *slot, const OrmOperand *operand, const OrmPath *place)
{
	bool isnull;

	if (slot->form != ORM_FORM_VALUE)
		orm_members_raise_kind(operand->json, "a value", place);
	slot->source = ORM_SLOT_CONSTANT;
	slot->constant = orm_value_read(slot->type, operand->whole, place, &isnull);
}

const char *
orm_query_slot(OrmBuilder *builder, const OrmOperand *operand, const OrmType *type, Oid sql_type, OrmSlotForm form,
			   const OrmPath *place)
{
	const OrmQueryRequest *request = builder->compiler->request;
	OrmSlot *slot;

	if (builder->filters != NIL ||
		(operand->parameter < 0 && orm_named_scope_use_of(builder->compiler, operand->json) != NULL))
		return orm_query_literal(operand, type, sql_type, form, place);
	slot = add_slot(builder, type, sql_type, form, place);
	slot->normalized = operand->normalized;
	if (operand->parameter >= 0)
	{
		check_parameter(&request->parameters[operand->parameter], sql_type, form, place);
		slot->source = ORM_SLOT_PARAMETER;
		slot->number = operand->parameter;
		return newest_slot(builder);
	}
	slot->source = ORM_SLOT_VALUE;
	slot->number = orm_shape_number(request->shape, form == ORM_FORM_VALUE ? operand->whole : operand->json);
	if (slot->number < 0)
		read_constant(slot, operand, place);
	return newest_slot(builder);
}

const char *
orm_query_constant(OrmBuilder *builder, Oid sql_type, Datum value)
{
	OrmSlot *slot;

	if (builder->filters != NIL || builder->literal)
		return orm_literal_value(sql_type, value);
	slot = add_slot(builder, NULL, sql_type, ORM_FORM_VALUE, NULL);
	slot->source = ORM_SLOT_CONSTANT;
	slot->constant = value;
	return newest_slot(builder);
}

const char *
orm_query_source(OrmBuilder *builder, OrmSlotSource source, int number, const OrmType *type, Oid sql_type)
{
	OrmSlot *slot = add_slot(builder, type, sql_type, ORM_FORM_VALUE, NULL);

	slot->source = source;
	slot->number = number;
	return newest_slot(builder);
}
