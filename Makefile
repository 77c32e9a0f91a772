# Filière. Tout ce que font ces commandes est écrit dans filiere/launch, sans autre besoin que Python.

## make run     installe, prépare la base, démarre le site et affiche son adresse
##              PORT=8000  DATA_DIR=var  DEMO=1 (0 : installation vide)  HOST=127.0.0.1  PYTHON=python3
## make test    lance la suite de tests ; ARGS="-k rappels" en choisit une partie
## make check   format, style, types, imports, migrations, gabarits, architecture
## make bench   mesure les performances
## make lock    recalcule les versions de requirements/ (demande uv)

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= $(or $(FILIERE_DATA_DIR),var)
DEMO ?= 1
export PORT DATA_DIR DEMO HOST ARGS

.PHONY: help run test check bench lock

help:
	@sed -n 's/^## //p' Makefile

run test check bench lock:
	@$(PYTHON) -m filiere.launch $@
