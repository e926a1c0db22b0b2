// Kernels with names, which elements offer: what each says, its nine weights row by row, and what their
// sum is divided by.
import { SOBEL_X } from "./layers.js";

export const KERNELS = {
  "identity": ["Identity", [0, 0, 0, 0, 1, 0, 0, 0, 0]],
  "box-blur": ["Box blur", [1, 1, 1, 1, 1, 1, 1, 1, 1], 9],
  "gaussian-blur": ["Gaussian blur", [1, 2, 1, 2, 4, 2, 1, 2, 1], 16],
  "vertical": ["Vertical edges", [-1, 0, 1, -1, 0, 1, -1, 0, 1]],
  "horizontal": ["Horizontal edges", [-1, -1, -1, 0, 0, 0, 1, 1, 1]],
  "sobel-x": ["Vertical edges (Sobel x)", SOBEL_X],
  "sobel-y": ["Horizontal edges (Sobel y)", [-1, -2, -1, 0, 0, 0, 1, 2, 1]],
  "laplacian": ["Laplacian (4 neighbours)", [0, -1, 0, -1, 4, -1, 0, -1, 0]],
  "ridge": ["Ridge (8 neighbours)", [-1, -1, -1, -1, 8, -1, -1, -1, -1]],
  "sharpen": ["Sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]],
  "shift-right": ["Shift to the right", [0, 0, 0, 1, 0, 0, 0, 0, 0]],
};

/** What the photographs of `eight_photographs.js` show. */
export const PHOTOGRAPHS = {
  chelsea: "Cat", astronaut: "Astronaut", camera: "Man at a camera", china: "Temple",
  coffee: "Cup of coffee", flower: "Flower", motorcycle: "Motorcycle", rocket: "Rocket",
};
