/** Why a subject is not measured here; not a fault, but never passed over in silence. */
export class Unavailable extends Error {}
