// How the gates of a cell lie in its matrices. With `gates` gates and `hidden` units, P = ⌈hidden/16⌉ panels of units:
// panel p·gates + g of a gate matrix holds gate g of the units 16p ..< 16p + 16. So all gates of 16 units are
// neighbours, and a cell's pointwise part reads from one place.
//
// Columns of units from `hidden` on are padding. Their weights and biases are zero; then their h and c stay zero, and
// so do their gradients.

/// The column of a gate matrix that holds gate `gate` of unit `unit`.
@inlinable
public func gateColumn(_ gate: Int, unit: Int, gates: Int) -> Int { (unit / 16 * gates + gate) * 16 + unit % 16 }

/// Columns of a gate matrix, padding included: a multiple of 16.
@inlinable
public func gateColumns(gates: Int, hidden: Int) -> Int { (hidden + 15) / 16 * 16 * gates }
