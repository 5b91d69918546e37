/** Returns the model of an inference profile, or the id itself if it names a model. */
export function baseModel(id: string): string {
  return id.replace(/^(?:us-gov|us|eu|apac|jp|au|ca|sa|global)\./u, '');
}
