//! The memory of Canvass: the only SQL; tenants' databases, the directory and the intake, on two engines behind one private seam.
