package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// colours are told apart by those who see few, and on white and black.
var colours = []color.Color{color.RGBA{0x1f, 0x77, 0xb4, 0xff}, color.RGBA{0xd9, 0x5f, 0x02, 0xff}}

// draw draws a study: both axes are logarithmic, so that a straight line at 45
// degrees is what grows as fast as its cause, and a level one what does not.
func draw(path string, s study, all map[string][]result) error {
	p := plot.New()
	p.Title.Text = s.title
	p.X.Label.Text, p.Y.Label.Text = s.grows, "µs"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Add(plotter.NewGrid())
	p.Legend.Top, p.Legend.Left = true, true
	low, high := 1.0, 10.0
	for i, line := range s.series {
		points := make(plotter.XYs, len(all[line.name]))
		for j, r := range all[line.name] {
			points[j] = plotter.XY{X: float64(r.n), Y: r.ns / 1e3}
			for points[j].Y < low {
				low /= 10
			}
			for points[j].Y > high {
				high *= 10
			}
		}
		curve, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		curve.Color, dots.Color = colours[i], colours[i]
		curve.Width = vg.Points(1.5)
		p.Add(curve, dots)
		p.Legend.Add(line.name, curve)
	}
	p.Y.Min, p.Y.Max = low, high
	return p.Save(16*vg.Centimeter, 10*vg.Centimeter, path)
}
