import { parse } from '@aws-lambda-powertools/parser';
import { SqsSchema } from '@aws-lambda-powertools/parser/schemas';

export const handler = async (event) => parse(event, undefined, SqsSchema, true).success;
