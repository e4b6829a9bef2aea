//! The product, through its front door.
