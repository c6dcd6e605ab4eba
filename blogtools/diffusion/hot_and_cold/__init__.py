"""9271 on pictures: DDIM to DDPM and a guess with a spread; operators for cold diffusion."""
