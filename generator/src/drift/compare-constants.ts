import { hexId } from '../ir/spell-id.js';
import type { DialectIR, EnumIR } from '../ir/types.js';
import type { Found } from './finding.js';
import type { SchemaPlaces } from './schema-places.js';
import type { TextConstant, TextModel } from './text-model.js';

/**
 * Where constants of the text have other names or values than the enumeration that their names begin with:
 * `DEVICE_BUS_STATE_ADDED` is `ADDED` of `device_bus_state`. An enumeration without a single constant is not compared.
 */
export function compareConstants({ constants }: TextModel, dialect: DialectIR, places: SchemaPlaces): Found[] {
  return dialect.enums.flatMap((values) => {
    const prefix = `${values.name.toUpperCase()}_`;
    const own = constants.filter((c) => c.name.startsWith(prefix));
    const last = own.at(-1);
    if (last === undefined) return [];
    const told = own.flatMap((c) => compareOne(c, c.name.slice(prefix.length), values, places));
    const met = new Set(own.flatMap((c) => [c.name.slice(prefix.length), c.value]));
    const lacking = values.values.filter((v) => !met.has(v.name) && !met.has(v.value));
    return [
      ...told,
      ...lacking.map(
        ({ name, value }): Found => ({
          kinds: ['lacking'],
          message: values.name,
          field: name,
          place: last.place,
          text: `no ${prefix}${name}`,
          dialect: `${name} = ${hexId(value)}`,
          key: `enums.${values.name}.${name}`,
          schema: places.enumValue(values.name, name),
        }),
      ),
    ];
  });
}

function compareOne({ name, value, place }: TextConstant, short: string, of: EnumIR, places: SchemaPlaces): Found[] {
  const named = of.values.find((v) => v.name === short);
  if (named?.value === value) return [];
  const meant = named ?? of.values.find((v) => v.value === value);
  return [
    {
      kinds: [named !== undefined ? 'value' : meant !== undefined ? 'name' : 'unknown'],
      message: of.name,
      field: meant?.name ?? null,
      place,
      text: `${name} = ${hexId(value)}`,
      dialect: meant === undefined ? `${hexId(value)} is not assigned` : `${meant.name} = ${hexId(meant.value)}`,
      key: meant === undefined ? null : `enums.${of.name}.${meant.name}`,
      schema: meant === undefined ? null : places.enumValue(of.name, meant.name),
    },
  ];
}
