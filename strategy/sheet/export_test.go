package sheet

// Trim is what is read of the text of a cell.
var Trim = trim
