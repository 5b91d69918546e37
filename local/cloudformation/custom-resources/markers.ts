import { readProperties, type Properties } from '#local/template/properties.ts';

/**
 * Replaces the markers in a file by their values, which exist only at the deployment. Markers are
 * what CDK's `Source.jsonData` and `Source.data` write in place of references.
 */
export function replaceMarkers(
  bytes: Uint8Array,
  markers: Properties | undefined,
  config: Properties = readProperties('SourceMarkersConfig', {}),
): Uint8Array {
  const names = markers?.names() ?? [];
  if (names.length === 0) return bytes;
  // Each byte stays a character, so that files other than texts are not changed.
  let text = Buffer.from(bytes).toString('latin1');
  for (const name of names) {
    const value = encodeValue(markers?.raw(name), encodingOf(name, config));
    text = text.replaceAll(toBytes(name), () => toBytes(value));
  }
  return Buffer.from(text, 'latin1');
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function encodingOf(name: string, config: Properties): string {
  const otherwise = config.flag('jsonEscape') ? 'UNQUOTED_JSON_VALUE' : 'LITERAL';
  return config.nested('markerEncodings').optionalText(name) ?? otherwise;
}

function encodeValue(value: unknown, encoding: string): string {
  const json = JSON.stringify(value);
  switch (encoding) {
    case 'LITERAL':
      return String(value);
    case 'UNQUOTED_JSON_VALUE':
      return json.replace(/^"(?<inside>.*)"$/su, '$<inside>');
    case 'JSON_VALUE':
      return json;
    case 'YAML_STRING':
      return isPlainInYaml(String(value)) ? String(value) : json;
    default:
      throw new Error(`Unknown marker encoding: ${encoding}`);
  }
}

function isPlainInYaml(text: string): boolean {
  return /^[A-Z][\w.-]*$/iu.test(text) && !/^(?:y|n|yes|no|true|false|on|off|null)$/iu.test(text);
}
