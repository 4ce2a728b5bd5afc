/*
 * shape_number.c - see shape_number.h.
 */
#include "postgres.h"

#include "query/shape_number.h"

/* The end of the values of the document of value "first". */
static int
end_of_document(const OrmShape *shape, int first)
{
	int low = first + 1;
	int high = shape->nvalues;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (shape->values[middle].document == shape->values[first].document)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Finds a node among the values of one document, which are in document order, or -1. */
static int
find_node(const OrmShape *shape, int low, int end, const OrmNode *node)
{
	int high = end;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (shape->values[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && shape->values[low].node == node ? low : -1;
}

int
orm_shape_number(const OrmShape *shape, OrmJson value)
{
	int end;

	if (shape->twice)
	{
		for (int i = shape->nvalues - 1; i >= 0; i--)
			if (shape->values[i].node == value.node)
				return i;
		return -1;
	}
	for (int first = 0; first < shape->nvalues; first = end)
	{
		end = end_of_document(shape, first);
		if (shape->values[first].document == value.document)
			return find_node(shape, first, end, value.node);
	}
	return -1;
}
